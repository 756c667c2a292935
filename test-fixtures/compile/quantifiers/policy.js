export default function policy(kit) {
"use strict";
const { read, readOr, step, has, every, hole, join, operators, matchesName, matchesResource, toolFacts } = kit;
const unset = Symbol("not read yet");
const nothing = Object.freeze({});
const t0 = {"kind":"list","element":{"kind":"any"}};
const r0 = (q) => (q.r0 === unset ? (q.r0 = read(t0, step(q.args, "paths"), "/w")) : q.r0);
const t1 = {"kind":"int"};
const t2 = {"kind":"range"};
const c0 = read(t2, [1,10], "/w");
const t3 = {"kind":"path"};
const t4 = {"kind":"list","element":{"kind":"path"}};
const c1 = read(t4, ["/w"], "/w");
const t5 = {"kind":"list","element":{"kind":"glob"}};
const c2 = read(t5, ["**/.git/**","**/*.key"], "/w");
function l0(q) {
  let x0, x1;
  const list = r0(q);
  if (!Array.isArray(list)) return false;
  for (const v0 of list) {
    if (!((!((x0 = read(t3, v0, "/w")) === undefined || c1 === undefined) && (operators["under"](x0, c1))) && !(((x1 = read(t3, v0, "/w")) === undefined || c2 === undefined) || (operators["like"](x1, c2))))) return false;
  }
  return true;
}
// "allow" "read many"
function b0(q) {
  let x0, x1;
  return ((!((x1 = (((x0 = r0(q)) === undefined) ? undefined : read(t1, (operators["size"](x0)), "/w"))) === undefined || c0 === undefined) && (operators["in-range"](x1, c0))) && l0(q));
}
const s0 = (q) => ((b0(q)));
const t6 = {"kind":"any"};
function l1(q, v0) {
  let x0, x1;
  const list = read(t0, step(v0, "cells"), undefined);
  if (!Array.isArray(list)) return true;
  for (const v1 of list) {
    if ((((x0 = read(t6, v1, undefined)) === undefined || (x1 = read(t6, step(v0, "secret"), undefined)) === undefined) || (operators["equal"](x0, x1)))) return true;
  }
  return false;
}
function l2(q) {
  const list = read(t0, step(q.args, "rows"), undefined);
  if (!Array.isArray(list)) return true;
  for (const v0 of list) {
    if (l1(q, v0)) return true;
  }
  return false;
}
// "deny" "secret parts"
function b1(q) {
  return l2(q);
}
const s1 = (q) => !(((matchesName("*", q.name)) && b1(q)))
  && (((matchesName("*", q.name))));
const subjects = new Map([
  ["tool", new Map([
    ["fs", { names: new Map([
      ["read_files", s0]]), further: undefined }], 
    ["live", { names: new Map([]), further: s1 }]])]]);
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
