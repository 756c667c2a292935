export default function policy(kit) {
"use strict";
const { read, readOr, step, has, every, hole, join, operators, matchesName, matchesResource, toolFacts, asPath } = kit;
const { hasRole, hasAnyRole, callerKeyOf, emptyState, carriesTest, happenedTest, tallyTest, momentWithIts } = kit;
const { hasOwn } = Object;
const pristine = Object.prototype;
const unset = Symbol("not read yet");
const nothing = Object.freeze({});
const rootOf = (server) => roots.get(server);
const roots = new Map([]);
const t0 = {"kind":"any"};
const t1 = {"element":{"kind":"string"},"kind":"list"};
const c0 = read(t1, [], undefined);
const t2 = {"element":{"kind":"any"},"kind":"list"};
const t3 = {"kind":"string"};
function l0(q) {
  let x0, x1;
  const list = (((x0 = read(t0, q.args, undefined)) === undefined) ? undefined : read(t2, (operators["strings"](x0, c0)), undefined));
  if (!Array.isArray(list)) return true;
  for (const v0 of list) {
    if ((((x1 = read(t3, v0, undefined)) === undefined) || x1.includes("secret"))) return true;
  }
  return false;
}
function b0(q) {
  return !l0(q);
}
function s0(args, principal, context, request) {
  const q = {
    args,
    principal,
    context,
  };
  return (
    // "allow" "dev reads"
    ((hasRole(q.principal.roles, "dev")) && ((b0(q)))));
}
function s1(args, principal, context, request) {
  const q = {
    args,
    principal,
    context,
    name: request.operation.name,
    uri: request.operation.uri,
  };
  return (
    // "allow" "dev reads"
    ((hasRole(q.principal.roles, "dev")) && (((matchesName("read_*", q.name) || q.name === "status") && b0(q))))) && !(
    // "deny" "no deletes"
    ((((matchesName("*", q.name)) && !(matchesName("read_*", q.name) || q.name === "status")))));
}
const subjects = new Map([
  ["tool", new Map([
    ["live", { names: new Map([
      ["status", { by: s0, k: [] }]]), further: { by: s1, k: [] } }]])]]);
const tools = subjects.get("tool") ?? new Map();
const only = tools.size === 1 ? [...tools.values()][0] : undefined;
return function permits(request, caller) {
  const { operation } = request;
  const found = operation.kind === "tool" ? (operation.server === "live" ? only : undefined) : subjects.get(operation.kind)?.get(operation.server);
  if (found === undefined) return false;
  const decides = found.names.get(operation.name) ?? found.further;
  if (decides === undefined) return false;
  return decides.by(request.arguments, caller, request.context, request, decides.k);
};
}
