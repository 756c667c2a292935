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
const a0 = (from) => pristine["path"] === undefined ? from["path"] : (hasOwn(from, "path") ? from["path"] : undefined);
const f0 = (from) => {
  const value = a0(from);
  if (typeof value !== "string" || value.charCodeAt(0) !== 47) return false;
  const letter = value.charCodeAt(1);
  return letter !== 47 && letter !== 119;
};
const t0 = {"kind":"path"};
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
function s0(args) {
  const q = {
    args,
  };
  return (
    // allow "read"
    (!f0(q.args) && ((b0(q))))) && !(
    // deny "no secrets"
    (((b1(q)))));
}
function n0(args) {
  const q = {
    args,
    found: [],
  };
  // allow "read"
  if ((((b0(q))))) q.found.push(0);
  if (q.found.length === 0 || ((((b1(q)))))) return undefined;
  return q.found;
}
const s1 = () => false;
const n1 = () => undefined;
const d = [
  [s0, n0], 
  [s1, n1], 
  [s1, n1]];
function permitsTool(server, name, args, roles) {
  switch (server) {
    case "fs": switch (name) {
      case "read_file": return s0(args);
      case "read_files": return s1();
      case "write_file": return s1();
      default: return false;
    }
    default: return false;
  }
}
function tool(server, name) {
  switch (server) {
    case "fs": switch (name) {
      case "read_file": return d[0];
      case "read_files": return d[1];
      case "write_file": return d[2];
      default: return undefined;
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
