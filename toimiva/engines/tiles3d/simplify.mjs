// Fewer triangles by meshoptimizer, for simplifying.py. On standard input: three counts (points, indices, wished indices), then
// x y z and u v of each point as 32-bit numbers, then the indices. On standard output: the indices that are left.
import { readFileSync, writeFileSync } from "node:fs";
import { MeshoptSimplifier } from "meshoptimizer";

const [FLOATS, UV] = [4, 2];
const TEXTURE = 1;  // how much a place in the picture counts beside a place on the surface
const told = readFileSync(0);
const bytes = told.buffer.slice(told.byteOffset, told.byteOffset + told.byteLength);
const [points, indices, wished] = new Uint32Array(bytes, 0, 3);
const places = new Float32Array(bytes, 3 * FLOATS, 3 * points);
const uv = new Float32Array(bytes, 3 * FLOATS * (1 + points), UV * points);
const corners = new Uint32Array(bytes, 3 * FLOATS * (1 + points) + UV * FLOATS * points, indices);

await MeshoptSimplifier.ready;
const cut = (flags) => MeshoptSimplifier.simplifyWithAttributes(
  corners, places, 3, uv, UV, [TEXTURE, TEXTURE], null, wished, Infinity, flags)[0];
const kept = cut(["LockBorder"]);  // so that tiles side by side fit, unless there is too much edge
writeFileSync(1, kept.length <= 2 * wished ? kept : cut(["Permissive"]));
