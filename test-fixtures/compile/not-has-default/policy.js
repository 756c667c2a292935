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
const p0 = ["head"];
const t0 = {"kind":"int"};
const a0 = (from) => pristine["head"] === undefined ? from["head"] : (hasOwn(from, "head") ? from["head"] : undefined);
const g0 = (from) => {
  const value = a0(from);
  return Number.isSafeInteger(value) ? value : undefined;
};
function s0(args) {
  let x0;
  return (
    // allow "read"
    ((true))) && !(
    // deny "long reads"
    ((((has(args, p0, true) && (((x0 = g0(args)) === undefined) || ((x0 > 1000))))))));
}
function n0(args) {
  let x0;
  const found = [];
  // allow "read"
  if (((true))) found.push(0);
  if (found.length === 0 || (((((has(args, p0, true) && (((x0 = g0(args)) === undefined) || ((x0 > 1000))))))))) return undefined;
  return found;
}
const t1 = {"kind":"bool"};
const c0 = read(t1, false, "/w");
const a1 = (from) => pristine["overwrite"] === undefined ? from["overwrite"] : (hasOwn(from, "overwrite") ? from["overwrite"] : undefined);
const g1 = (from) => {
  const value = a1(from);
  if (value === undefined) return c0;
  return typeof value === "boolean" ? value : undefined;
};
const t2 = {"kind":"path"};
const a2 = (from) => pristine["path"] === undefined ? from["path"] : (hasOwn(from, "path") ? from["path"] : undefined);
const g2 = (from) => {
  const value = a2(from);
  return typeof value === "string" ? asPath(value, "/w") : undefined;
};
const t3 = {"kind":"string"};
const a3 = (from) => hasOwn(from, "team") ? from["team"] : undefined;
const g3 = (from) => {
  const value = a3(from);
  return read(t3, value, "/w");
};
const t4 = {"element":{"kind":"path"},"kind":"list"};
const a4 = (from) => pristine["content"] === undefined ? from["content"] : (hasOwn(from, "content") ? from["content"] : undefined);
const g4 = (from) => {
  const value = a4(from);
  return typeof value === "string" ? value : undefined;
};
function s1(args, roles, k, name, principal) {
  let x0, x1, x2, x3;
  return (
    // allow "write below the team"
    ((((!(g1(args) !== false) && (!((x0 = g2(args)) === undefined || (x1 = read(t4, every([read(t2, join(["/w/", hole(g3(principal))]), "/w")]), "/w")) === undefined) && (operators["under"](x0, x1)))))))) && !(
    // deny "hidden"
    (((!(!((x2 = (((x3 = g4(args)) === undefined) ? undefined : read(t3, (operators["lower"](x3)), "/w"))) === undefined) && (x2.startsWith("hello")))))));
}
function n1(args, roles, k, name, principal) {
  let x0, x1, x2, x3;
  const found = [];
  // allow "write below the team"
  if (((((!(g1(args) !== false) && (!((x0 = g2(args)) === undefined || (x1 = read(t4, every([read(t2, join(["/w/", hole(g3(principal))]), "/w")]), "/w")) === undefined) && (operators["under"](x0, x1)))))))) found.push(2);
  if (found.length === 0 || ((((!(!((x2 = (((x3 = g4(args)) === undefined) ? undefined : read(t3, (operators["lower"](x3)), "/w"))) === undefined) && (x2.startsWith("hello")))))))) return undefined;
  return found;
}
const d = [
  [s0, n0], 
  [s1, n1]];
function permitsTool(server, name, args, roles, principal) {
  switch (server) {
    case "fs": switch (name) {
      case "read_file": return s0(args);
      case "write_file": return s1(args, roles, 0, name, principal);
      default: return false;
    }
    default: return false;
  }
}
function tool(server, name) {
  switch (server) {
    case "fs": switch (name) {
      case "read_file": return d[0];
      case "write_file": return d[1];
      default: return undefined;
    }
    default: return undefined;
  }
}
const permits = (request, principal) => {
  const { operation } = request;
  return operation.kind === "tool" && permitsTool(operation.server, operation.name, request.arguments, rolesOf(principal.roles), principal);
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
  permitsTool: (roles, principal, server, name, args, context, state) => permitsTool(server, name, args, roles, principal),
};
}
