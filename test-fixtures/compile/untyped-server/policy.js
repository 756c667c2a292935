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
const rolesOf = (list) => {
  let bits = 0;
  for (let at = 0; at < list.length; at++) switch (list[at]) {
    case "dev": bits |= 1; break;
  }
  return bits;
};
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
function s0(args, roles) {
  const q = {
    args,
    roles,
  };
  return (
    // allow "dev reads"
    (((q.roles & 1) !== 0) && ((b0(q)))));
}
function n0(args, roles) {
  const q = {
    args,
    roles,
    found: [],
  };
  // allow "dev reads"
  if ((((q.roles & 1) !== 0) && ((b0(q))))) q.found.push(0);
  if (q.found.length === 0) return undefined;
  return q.found;
}
function s1(args, roles, k, name) {
  const q = {
    args,
    roles,
    name,
    uri: name,
  };
  return (
    // allow "dev reads"
    (((q.roles & 1) !== 0) && (((matchesName("read_*", q.name) || q.name === "status") && b0(q))))) && !(
    // deny "no deletes"
    ((((matchesName("*", q.name)) && !(matchesName("read_*", q.name) || q.name === "status")))));
}
function n1(args, roles, k, name) {
  const q = {
    args,
    roles,
    found: [],
    name,
    uri: name,
  };
  // allow "dev reads"
  if ((((q.roles & 1) !== 0) && (((matchesName("read_*", q.name) || q.name === "status") && b0(q))))) q.found.push(0);
  if (q.found.length === 0 || (((((matchesName("*", q.name)) && !(matchesName("read_*", q.name) || q.name === "status")))))) return undefined;
  return q.found;
}
const d = [
  [s1, n1], 
  [s0, n0]];
function permitsTool(server, name, args, roles) {
  switch (server) {
    case "live": switch (name) {
      case "status": return s0(args, roles);
      default: return s1(args, roles, 0, name);
    }
    default: return false;
  }
}
function tool(server, name) {
  switch (server) {
    case "live": switch (name) {
      case "status": return d[1];
      default: return d[0];
    }
    default: return undefined;
  }
}
const permits = (request, principal) => {
  const { operation } = request;
  return operation.kind === "tool" && permitsTool(operation.server, operation.name, request.arguments, rolesOf(principal.roles));
};
const find = (operation) => (operation.kind === "tool" ? tool(operation.server, operation.name) : undefined);
return {
  permits,
  applying({ operation, arguments: args, context, state }, principal) {
    const found = find(operation);
    if (found === undefined) return undefined;
    const roles = rolesOf(principal.roles), name = operation.name ?? operation.uri;
    return found[1](args, roles, found, name, principal, context, state);
  },
  rolesOf: (principal) => rolesOf(principal.roles),
  permitsTool: (roles, principal, server, name, args, context, state) => permitsTool(server, name, args, roles),
};
}
