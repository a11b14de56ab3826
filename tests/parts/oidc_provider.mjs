// A real OpenID provider (oidc-provider) for the tests: who signs in next, and how strongly, is chosen over HTTP.
import http from "node:http";
import { generateKeyPairSync } from "node:crypto";
import { Provider } from "oidc-provider";

const [port, site] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
let chosen = { account: "", acr: "", claims: {} };

function keys() {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { keys: [{ ...privateKey.export({ format: "jwk" }), use: "sig", alg: "RS256", kid: String(Math.random()) }] };
}

function provider(jwks) {
  return new Provider(issuer, {
    jwks,
    clients: ["resident", "official"].map((kind) => ({
      client_id: kind,
      client_secret: "a-secret-of-the-tests",
      redirect_uris: [`${site}/sign-in/${kind}/back/`],
      post_logout_redirect_uris: [`${site}/`],
    })),
    pkce: { required: () => true },
    acrValues: ["http://eidas.europa.eu/LoA/low", "http://eidas.europa.eu/LoA/substantial"],
    claims: { openid: ["sub", "name", "groups", "national_identification_number"], acr: null },
    conformIdTokenClaims: false,
    cookies: { keys: ["a key of the tests"] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...chosen.claims }) }),
    loadExistingGrant: async (ctx) => {
      const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
      grant.addOIDCScope("openid profile");
      await grant.save();
      return grant;
    },
  });
}

let current = provider(keys());
http
  .createServer(async (request, response) => {
    if (request.url === "/choose") {
      let body = "";
      for await (const part of request) body += part;
      chosen = JSON.parse(body);
      response.end("chosen");
    } else if (request.url === "/rotate") {
      current = provider(keys());
      response.end("rotated");
    } else if (request.url.startsWith("/interaction/")) {
      await current.interactionFinished(request, response, { login: { accountId: chosen.account, acr: chosen.acr } });
    } else {
      current.callback()(request, response);
    }
  })
  .listen(Number(port), "127.0.0.1", () => console.log("listening"));
