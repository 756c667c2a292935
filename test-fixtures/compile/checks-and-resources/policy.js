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
const rolesOf = (list) => {
  let bits = 0;
  for (let at = 0; at < list.length; at++) switch (list[at]) {
  }
  return bits;
};
function s0(args, roles, principal, context, name, state, k) {
  return (
    // "allow" "read"
    ((true)));
}
function n0(args, roles, principal, context, name, state, k) {
  const found = [];
  // "allow" "read"
  if (((true))) found.push(0);
  if (found.length === 0) return undefined;
  return found;
}
function s1(args, roles, principal, context, name, state) {
  const q = {
    name,
    uri: name,
  };
  return (
    // "allow" "read"
    ((((matchesResource("file:///w/**", q.uri) === true))))) && !(
    // "deny" "drafts"
    ((((matchesResource("file:///w/drafts/**", q.uri) !== false)))));
}
function n1(args, roles, principal, context, name, state) {
  const q = {
    found: [],
    name,
    uri: name,
  };
  // "allow" "read"
  if (((((matchesResource("file:///w/**", q.uri) === true))))) q.found.push(0);
  if (q.found.length === 0 || (((((matchesResource("file:///w/drafts/**", q.uri) !== false)))))) return undefined;
  return q.found;
}
function s2(args, roles, principal, context, name, state) {
  const q = {
    name,
    uri: name,
  };
  return (
    // "allow" "read"
    ((((true)))));
}
function n2(args, roles, principal, context, name, state) {
  const q = {
    found: [],
    name,
    uri: name,
  };
  // "allow" "read"
  if (((((true))))) q.found.push(0);
  if (q.found.length === 0) return undefined;
  return q.found;
}
const d = [
  [s0, n0]];
function permitsTool(server, name, args, roles, principal, context, state) {
  switch (server) {
    case "fs": switch (name) {
      case "read_file": return s0();
      default: return false;
    }
    default: return false;
  }
}
function tool(server, name) {
  switch (server) {
    case "fs": switch (name) {
      case "read_file": return d[0];
      default: return undefined;
    }
    default: return undefined;
  }
}
const others = new Map([
  ["resource", new Map([
    ["fs", { names: new Map([]), further: [s1, n1] }]])], 
  ["completion", new Map([
    ["fs", { names: new Map([]), further: [s2, n2] }]])]]);
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
