export default function policy(kit) {
"use strict";
const { read, readOr, step, has, every, hole, join, operators, matchesName, matchesResource, toolFacts, asPath } = kit;
const { hasRole, hasAnyRole, callerKeyOf, emptyState, carriesTest, happenedTest, tallyTest, momentWithIts } = kit;
const { hasOwn } = Object;
const pristine = Object.prototype;
const unset = Symbol("not read yet");
const nothing = Object.freeze({});
const rootOf = (server) => roots.get(server);
const roots = new Map([["fs","/w"]]);
const t0 = {"kind":"path"};
const a0 = (from) => pristine["path"] === undefined ? from["path"] : (hasOwn(from, "path") ? from["path"] : undefined);
const g0 = (from) => {
  const value = a0(from);
  return typeof value === "string" ? asPath(value, "/w") : undefined;
};
const m0 = (list) => {
  let bits = 0;
  for (let at = 0; at < list.length; at++) switch (list[at]) {
    case "reader": case "writer": bits |= 1; break;
  }
  return bits;
};
function s0(args, principal, context, request, k) {
  const roles = m0(principal.roles);
  let x0;
  return (
    // "allow" "role reader: read:files"
    (((roles & 1) !== 0) && (((!((x0 = g0(args)) === undefined) && (x0.startsWith("/w/") || x0 === "/w"))))));
}
const t1 = {"element":{"kind":"any"},"kind":"list"};
const a1 = (from) => pristine["paths"] === undefined ? from["paths"] : (hasOwn(from, "paths") ? from["paths"] : undefined);
const g1 = (from) => {
  const value = a1(from);
  return read(t1, value, "/w");
};
function l0(q) {
  let x0;
  const list = g1(q.args);
  if (!Array.isArray(list)) return false;
  for (const v0 of list) {
    if (!(!((x0 = read(t0, v0, "/w")) === undefined) && (x0.startsWith("/w/") || x0 === "/w"))) return false;
  }
  return true;
}
function b0(q) {
  return l0(q);
}
const u0 = new Set(["reader","writer"]);
function s1(args, principal, context, request) {
  const q = {
    args,
    principal,
    context,
  };
  return (
    // "allow" "role reader: read:files"
    ((hasAnyRole(q.principal.roles, u0)) && ((b0(q)))));
}
const m1 = (list) => {
  let bits = 0;
  for (let at = 0; at < list.length; at++) switch (list[at]) {
    case "writer": bits |= 1; break;
  }
  return bits;
};
function s2(args, principal, context, request, k) {
  const roles = m1(principal.roles);
  let x0;
  return (
    // "allow" "role writer: write:files"
    (((roles & 1) !== 0) && (((!((x0 = g0(args)) === undefined) && (x0.startsWith("/w/src/") || x0 === "/w/src")))))) && !(
    // "deny" "freeze"
    (context.time >= 1767225600000 && context.time < 1769904000000 && ((roles & 1) !== 0) && !((principal.id === "root")) && (true)));
}
const subjects = new Map([
  ["tool", new Map([
    ["fs", { names: new Map([
      ["read_file", { by: s0, k: [] }], 
      ["read_files", { by: s1, k: [] }], 
      ["write_file", { by: s2, k: [] }]]), further: undefined }]])]]);
const tools = subjects.get("tool") ?? new Map();
const only = tools.size === 1 ? [...tools.values()][0] : undefined;
return function permits(request, caller) {
  const { operation } = request;
  const found = operation.kind === "tool" ? (operation.server === "fs" ? only : undefined) : subjects.get(operation.kind)?.get(operation.server);
  if (found === undefined) return false;
  const decides = found.names.get(operation.name) ?? found.further;
  if (decides === undefined) return false;
  return decides.by(request.arguments, caller, request.context, request, decides.k);
};
}
