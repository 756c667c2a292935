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
function s0() {
  return (
    // allow "read"
    ((true)));
}
function n0() {
  const found = [];
  // allow "read"
  if (((true))) found.push(0);
  if (found.length === 0) return undefined;
  return found;
}
function s1(args, roles, k, name) {
  const q = {
    name,
    uri: name,
  };
  return (
    // allow "read"
    ((((matchesResource("file:///w/**", q.uri) === true))))) && !(
    // deny "drafts"
    ((((matchesResource("file:///w/drafts/**", q.uri) !== false)))));
}
function n1(args, roles, k, name) {
  const q = {
    found: [],
    name,
    uri: name,
  };
  // allow "read"
  if (((((matchesResource("file:///w/**", q.uri) === true))))) q.found.push(0);
  if (q.found.length === 0 || (((((matchesResource("file:///w/drafts/**", q.uri) !== false)))))) return undefined;
  return q.found;
}
function s2(args, roles, k, name) {
  const q = {
    name,
    uri: name,
  };
  return (
    // allow "read"
    ((((true)))));
}
function n2(args, roles, k, name) {
  const q = {
    found: [],
    name,
    uri: name,
  };
  // allow "read"
  if (((((true))))) q.found.push(0);
  if (q.found.length === 0) return undefined;
  return q.found;
}
const d = [
  [s0, n0]];
function permitsTool(server, name, args, roles) {
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
const other = ({ kind, server, name }) => {
  const found = others.get(kind)?.get(server);
  return found === undefined ? undefined : (found.names.get(name) ?? found.further);
};
const permits = (request, principal) => {
  const { operation } = request;
  return operation.kind === "tool" ? permitsTool(operation.server, operation.name, request.arguments, rolesOf(principal.roles)) : permitsOther(request, principal);
};
const permitsOther = ({ operation, arguments: args, context, state }, principal) => {
  const found = other(operation);
  const roles = rolesOf(principal.roles), name = operation.name ?? operation.uri;
  return found !== undefined && found[0](args, roles, found, name, principal, context, state);
};
const find = (operation) => (operation.kind === "tool" ? tool(operation.server, operation.name) : other(operation));
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
