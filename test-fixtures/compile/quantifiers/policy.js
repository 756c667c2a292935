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
const t0 = {"element":{"kind":"any"},"kind":"list"};
const a0 = (from) => pristine["paths"] === undefined ? from["paths"] : (hasOwn(from, "paths") ? from["paths"] : undefined);
const g0 = (from) => {
  const value = a0(from);
  return read(t0, value, "/w");
};
function r0(q) {
  if (q.r0 !== unset) return q.r0;
  return (q.r0 = g0(q.args));
}
const t1 = {"kind":"int"};
const t2 = {"kind":"path"};
const t3 = {"element":{"kind":"glob"},"kind":"list"};
const c0 = read(t3, ["**/.git/**","**/*.key"], "/w");
function l0(q) {
  let x0, x1;
  const list = r0(q);
  if (!Array.isArray(list)) return false;
  for (const v0 of list) {
    if (!((!((x0 = read(t2, v0, "/w")) === undefined) && (x0.startsWith("/w/") || x0 === "/w")) && !(((x1 = read(t2, v0, "/w")) === undefined) || (x1.includes("/.git/") || x1.endsWith("/.git") || x1.endsWith(".key"))))) return false;
  }
  return true;
}
function b0(q) {
  let x0;
  return ((!((x0 = ((r0(q) === undefined) ? undefined : read(t1, (operators["size"](q.r0)), "/w"))) === undefined) && (1 <= x0 && x0 <= 10)) && l0(q));
}
function s0(args) {
  const q = {
    args,
    r0: unset,
  };
  return (
    // allow "read many"
    (((b0(q)))));
}
function n0(args) {
  const q = {
    args,
    found: [],
    r0: unset,
  };
  // allow "read many"
  if ((((b0(q))))) q.found.push(0);
  if (q.found.length === 0) return undefined;
  return q.found;
}
const a1 = (from) => pristine["rows"] === undefined ? from["rows"] : (hasOwn(from, "rows") ? from["rows"] : undefined);
const g1 = (from) => {
  const value = a1(from);
  return read(t0, value, undefined);
};
const t4 = {"kind":"any"};
function l1(q, v0) {
  let x0, x1;
  const list = read(t0, step(v0, "cells"), undefined);
  if (!Array.isArray(list)) return true;
  for (const v1 of list) {
    if ((((x0 = read(t4, v1, undefined)) === undefined || (x1 = read(t4, step(v0, "secret"), undefined)) === undefined) || (operators["equal"](x0, x1)))) return true;
  }
  return false;
}
function l2(q) {
  const list = g1(q.args);
  if (!Array.isArray(list)) return true;
  for (const v0 of list) {
    if (l1(q, v0)) return true;
  }
  return false;
}
function b1(q) {
  return l2(q);
}
function s1(args, roles, k, name) {
  const q = {
    args,
    name,
    uri: name,
  };
  return (
    // allow "live"
    ((((matchesName("*", q.name)))))) && !(
    // deny "secret parts"
    ((((matchesName("*", q.name)) && b1(q)))));
}
function n1(args, roles, k, name) {
  const q = {
    args,
    found: [],
    name,
    uri: name,
  };
  // allow "live"
  if (((((matchesName("*", q.name)))))) q.found.push(1);
  if (q.found.length === 0 || (((((matchesName("*", q.name)) && b1(q)))))) return undefined;
  return q.found;
}
const d = [
  [s0, n0], 
  [s1, n1]];
function permitsTool(server, name, args, roles) {
  switch (server) {
    case "fs": switch (name) {
      case "read_files": return s0(args);
      default: return false;
    }
    case "live": switch (name) {
      default: return s1(args, roles, 0, name);
    }
    default: return false;
  }
}
function tool(server, name) {
  switch (server) {
    case "fs": switch (name) {
      case "read_files": return d[0];
      default: return undefined;
    }
    case "live": switch (name) {
      default: return d[1];
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
