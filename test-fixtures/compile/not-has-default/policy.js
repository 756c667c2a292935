export default function policy(kit) {
"use strict";
const { read, readOr, step, has, every, hole, join, operators, matchesName, matchesResource, toolFacts } = kit;
const unset = Symbol("not read yet");
const nothing = Object.freeze({});
const p0 = ["head"];
const t0 = {"kind":"int"};
const c0 = read(t0, 1000, "/w");
// "deny" "long reads"
function b0(q) {
  let x0;
  return (has(q.args, p0, true) && (((x0 = read(t0, step(q.args, "head"), "/w")) === undefined || c0 === undefined) || ((x0 > c0))));
}
const s0 = (q) => !((b0(q)))
  && ((true));
const t1 = {"kind":"path"};
const t2 = {"kind":"string"};
const t3 = {"kind":"list","element":{"kind":"path"}};
const t4 = {"kind":"bool"};
const c1 = read(t4, false, "/w");
// "allow" "write below the team"
function b1(q) {
  let x0, x1;
  return ((!((x0 = read(t1, step(q.args, "path"), "/w")) === undefined || (x1 = read(t3, every([read(t1, join(["/w/", hole(read(t2, step(q.principal, "team"), "/w"))]), "/w")]), "/w")) === undefined) && (operators["under"](x0, x1))) && !(readOr(t4, step(q.args, "overwrite"), "/w", c1) !== false));
}
const c2 = read(t2, "hello", "/w");
// "deny" "hidden"
function b2(q) {
  let x0, x1;
  return !(!((x1 = (((x0 = read(t2, step(q.args, "content"), "/w")) === undefined) ? undefined : read(t2, (operators["lower"](x0)), "/w"))) === undefined || c2 === undefined) && (x1.startsWith(c2)));
}
const s1 = (q) => !((b2(q)))
  && ((b1(q)));
const subjects = new Map([
  ["tool", new Map([
    ["fs", { names: new Map([
      ["read_file", s0], 
      ["write_file", s1]]), further: undefined }]])]]);
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
  });
};
}
