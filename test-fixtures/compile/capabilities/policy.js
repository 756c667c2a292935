export default function policy(kit) {
"use strict";
const { read, readOr, step, has, every, hole, join, operators, matchesName, matchesResource, toolFacts } = kit;
const unset = Symbol("not read yet");
const nothing = Object.freeze({});
const t0 = {"kind":"path"};
const r0 = (q) => (q.r0 === unset ? (q.r0 = read(t0, step(q.args, "path"), "/w")) : q.r0);
const t1 = {"kind":"list","element":{"kind":"path"}};
const c0 = read(t1, ["/w"], "/w");
// "allow" "role reader: read:files"
function b0(q) {
  let x0;
  return (!((x0 = r0(q)) === undefined || c0 === undefined) && (operators["under"](x0, c0)));
}
const w0 = (q) => (q.principal.roles.includes("reader"));
const s0 = (q) => (w0(q) && (b0(q)));
const t2 = {"kind":"list","element":{"kind":"any"}};
function l0(q) {
  let x0;
  const list = read(t2, step(q.args, "paths"), "/w");
  if (!Array.isArray(list)) return false;
  for (const v0 of list) {
    if (!(!((x0 = read(t0, v0, "/w")) === undefined || c0 === undefined) && (operators["under"](x0, c0)))) return false;
  }
  return true;
}
// "allow" "role reader: read:files"
function b1(q) {
  return l0(q);
}
const s1 = (q) => (w0(q) && (b1(q)));
const c1 = read(t1, ["/w/src"], "/w");
// "allow" "role writer: write:files"
function b2(q) {
  let x0;
  return (!((x0 = r0(q)) === undefined || c1 === undefined) && (operators["under"](x0, c1)));
}
const w1 = (q) => (q.principal.roles.includes("writer"));
const w2 = (q) => q.context.time >= 1767225600000 && q.context.time < 1769904000000 && ((q.principal.roles.includes("writer")) && !(q.principal.id === "root"));
const s2 = (q) => !(w2(q) && (true))
  && (w1(q) && (b2(q)));
const subjects = new Map([
  ["tool", new Map([
    ["fs", { names: new Map([
      ["read_file", s0], 
      ["read_files", s1], 
      ["write_file", s2]]), further: undefined }]])]]);
return function permits({ operation, principal, context, arguments: args }) {
  const found = subjects.get(operation.kind)?.get(operation.server);
  const decide = found?.names.get(operation.name) ?? found?.further;
  if (decide === undefined) return false;
  return decide({
    args,
    principal,
    context,
    tool: nothing,
    resource: operation.kind === "resource" ? { uri: operation.uri } : nothing,
    result: undefined,
    name: operation.name,
    uri: operation.uri,
    r0: unset,
  });
};
}
