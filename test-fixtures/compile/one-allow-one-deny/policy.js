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
function b0(q) {
  let x0;
  return (!((x0 = g0(q.args)) === undefined) && (x0.startsWith("/w/") || x0 === "/w"));
}
const t1 = {"kind":"any"};
const t2 = {"element":{"kind":"any"},"kind":"list"};
const t3 = {"element":{"kind":"glob"},"kind":"list"};
const c0 = read(t3, ["**/.env*"], "/w");
function l0(q) {
  let x0, x1;
  const list = (((x0 = read(t1, q.args, "/w")) === undefined) ? undefined : read(t2, (operators["paths"](x0)), "/w"));
  if (!Array.isArray(list)) return true;
  for (const v0 of list) {
    if ((((x1 = read(t0, v0, "/w")) === undefined) || (x1.startsWith(".env", x1.lastIndexOf("/") + 1)))) return true;
  }
  return false;
}
function b1(q) {
  return l0(q);
}
function s0(args, principal, context, request) {
  const q = {
    args,
    principal,
    context,
  };
  return (
    // "allow" "read"
    (((b0(q))))) && !(
    // "deny" "no secrets"
    (((b1(q)))));
}
function s1(args, principal, context, request) {
  const q = {
    principal,
  };
  return false;
}
const subjects = new Map([
  ["tool", new Map([
    ["fs", { names: new Map([
      ["read_file", { by: s0, k: [] }], 
      ["read_files", { by: s1, k: [] }], 
      ["write_file", { by: s1, k: [] }]]), further: undefined }]])]]);
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
