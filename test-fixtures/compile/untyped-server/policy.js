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
function s0(args, roles, principal, context, name, state) {
  const q = {
    args,
    roles,
  };
  return (
    // "allow" "dev reads"
    (((q.roles & 1) !== 0) && ((b0(q)))));
}
function n0(args, roles, principal, context, name, state) {
  const q = {
    args,
    roles,
    found: [],
  };
  // "allow" "dev reads"
  if ((((q.roles & 1) !== 0) && ((b0(q))))) q.found.push(0);
  if (q.found.length === 0) return undefined;
  return q.found;
}
function s1(args, roles, principal, context, name, state) {
  const q = {
    args,
    roles,
    name,
    uri: name,
  };
  return (
    // "allow" "dev reads"
    (((q.roles & 1) !== 0) && (((matchesName("read_*", q.name) || q.name === "status") && b0(q))))) && !(
    // "deny" "no deletes"
    ((((matchesName("*", q.name)) && !(matchesName("read_*", q.name) || q.name === "status")))));
}
function n1(args, roles, principal, context, name, state) {
  const q = {
    args,
    roles,
    found: [],
    name,
    uri: name,
  };
  // "allow" "dev reads"
  if ((((q.roles & 1) !== 0) && (((matchesName("read_*", q.name) || q.name === "status") && b0(q))))) q.found.push(0);
  if (q.found.length === 0 || (((((matchesName("*", q.name)) && !(matchesName("read_*", q.name) || q.name === "status")))))) return undefined;
  return q.found;
}
const d = [
  [s0, n0], 
  [s1, n1]];
function permitsTool(server, name, args, roles, principal, context, state) {
  switch (server) {
    case "live": switch (name) {
      case "status": return s0(args, roles, principal, context, name, state);
      default: return s1(args, roles, principal, context, name, state);
    }
    default: return false;
  }
}
function tool(server, name) {
  switch (server) {
    case "live": switch (name) {
      case "status": return d[0];
      default: return d[1];
    }
    default: return undefined;
  }
}
const others = new Map([]);
const other = (kind, server, name) => {
  const found = others.get(kind)?.get(server);
  return found === undefined ? undefined : (found.names.get(name) ?? found.further);
};
const find = ({ kind, server, name }) => (kind === "tool" ? tool(server, name) : other(kind, server, name));
return {
  permits(request, caller) {
    const { operation, context, state } = request;
    const { kind, server, name } = operation;
    const roles = rolesOf(caller.roles);
    if (kind === "tool") return permitsTool(server, name, request.arguments, roles, caller, context, state);
    const found = other(kind, server, name);
    return found !== undefined && found[0](request.arguments, roles, caller, context, name ?? operation.uri, state, found);
  },
  applying(request, caller) {
    const { operation, context, state } = request;
    const found = find(operation);
    if (found === undefined) return undefined;
    return found[1](request.arguments, rolesOf(caller.roles), caller, context, operation.name ?? operation.uri, state, found);
  },
  rolesOf: (caller) => rolesOf(caller.roles),
  permitsTool: (roles, caller, server, name, args, context, state) => permitsTool(server, name, args, roles, caller, context, state),
};
}
