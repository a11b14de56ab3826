// An SMPP 3.4 server for the tests: accepts messages, sends receipts and replies when told on standard input.
const smpp = require('smpp');
let session = null, count = 0, mode = 'ok';
const say = (event) => process.stdout.write(JSON.stringify(event) + '\n');
const server = smpp.createServer((client) => {
  session = client;
  client.on('bind_transceiver', (pdu) => {
    const known = pdu.system_id === 'toimiva' && pdu.password === 'secret';
    client.send(pdu.response({ command_status: known ? 0 : smpp.ESME_RBINDFAIL }));
  });
  client.on('submit_sm', (pdu) => {
    if (mode === 'throttle') { client.send(pdu.response({ command_status: smpp.ESME_RTHROTTLED })); return; }
    if (mode === 'drop') { client.destroy(); return; }
    count += 1;
    const text = pdu.short_message.message.toString();
    say({ event: 'submitted', id: 'm' + count, to: pdu.destination_addr, text, reference: pdu.user_message_reference });
    client.send(pdu.response({ message_id: 'm' + count }));
  });
  client.on('enquire_link', (pdu) => client.send(pdu.response()));
  client.on('unbind', (pdu) => { client.send(pdu.response()); client.close(); });
  client.on('deliver_sm_resp', () => say({ event: 'acknowledged' }));
  client.on('error', () => {});
});
server.listen(0, '127.0.0.1', () => say({ event: 'listening', port: server.address().port }));
require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const order = JSON.parse(line);
  if (order.mode) mode = order.mode;
  if (order.reply) session.deliver_sm({ source_addr: order.from, destination_addr: '12345', short_message: order.reply });
  if (order.receipt) session.deliver_sm({ source_addr: order.from, destination_addr: '12345', esm_class: 4,
    short_message: `id:${order.receipt} sub:001 dlvrd:001 submit date:2701110900 done date:2701110901 stat:${order.stat} err:000 text:x` });
  say({ event: 'done' });
}).on('close', () => process.exit());  // whoever started it may only reach a wrapper of this process
