export default function policy(kit) {
"use strict";
const { read, readOr, step, has, every, hole, join, operators, matchesName, matchesResource, toolFacts, asPath } = kit;
const { hasRole, hasAnyRole, callerKeyOf, emptyState, carriesTest, happenedTest, tallyTest, momentWithIts } = kit;
const { hasOwn } = Object;
const pristine = Object.prototype;
const unset = Symbol("not read yet");
const nothing = Object.freeze({});
const rootOf = (server) => roots.get(server);
const roots = new Map([["fs","/workspace"]]);
const rolesOf = (list) => {
  let bits = 0;
  for (let at = 0; at < list.length; at++) switch (list[at]) {
    case "reader": bits |= 1; break;
  }
  return bits;
};
const t0 = {"kind":"string"};
const a0 = (from) => pristine["url"] === undefined ? from["url"] : (hasOwn(from, "url") ? from["url"] : undefined);
const g0 = (from) => {
  const value = a0(from);
  return typeof value === "string" ? value : undefined;
};
const t1 = {"element":{"kind":"glob"},"kind":"list"};
const c0 = read(t1, ["https://docs.example.org/**","https://*.example.net/**"], undefined);
const t2 = {"kind":"bool"};
function s0(args, roles) {
  let x0, x1, x2, x3;
  return (
    // allow "read the web"
    (((roles & 1) !== 0) && ((((((x2 = (((x3 = g0(args)) === undefined) ? undefined : (operators["url"](x3)))) === undefined) ? undefined : read(t2, (operators["like-url"](x2, c0)), undefined)) === true)))));
}
function n0(args, roles) {
  let x0, x1, x2, x3;
  const found = [];
  // allow "read the web"
  if ((((roles & 1) !== 0) && ((((((x2 = (((x3 = g0(args)) === undefined) ? undefined : (operators["url"](x3)))) === undefined) ? undefined : read(t2, (operators["like-url"](x2, c0)), undefined)) === true))))) found.push(0);
  if (found.length === 0) return undefined;
  return found;
}
function s1(args, roles, k, name) {
  const q = {
    roles,
    name,
    uri: name,
  };
  return (
    // allow "issues"
    (((q.roles & 1) !== 0) && (((matchesName("*", q.name))))));
}
function n1(args, roles, k, name) {
  const q = {
    roles,
    found: [],
    name,
    uri: name,
  };
  // allow "issues"
  if ((((q.roles & 1) !== 0) && (((matchesName("*", q.name)))))) q.found.push(1);
  if (q.found.length === 0) return undefined;
  return q.found;
}
function s2(args, roles) {
  return (
    // allow "files"
    (((roles & 1) !== 0) && (true)));
}
function n2(args, roles) {
  const found = [];
  // allow "files"
  if ((((roles & 1) !== 0) && (true))) found.push(2);
  if (found.length === 0) return undefined;
  return found;
}
function s3(args, roles, k, name) {
  const q = {
    roles,
    name,
    uri: name,
  };
  return (
    // allow "notes"
    (((q.roles & 1) !== 0) && (((matchesName("*", q.name))))));
}
function n3(args, roles, k, name) {
  const q = {
    roles,
    found: [],
    name,
    uri: name,
  };
  // allow "notes"
  if ((((q.roles & 1) !== 0) && (((matchesName("*", q.name)))))) q.found.push(3);
  if (q.found.length === 0) return undefined;
  return q.found;
}
const d = [
  [s0, n0], 
  [s1, n1], 
  [s2, n2], 
  [s2, n2], 
  [s2, n2], 
  [s3, n3]];
function permitsTool(server, name, args, roles) {
  switch (server) {
    case "web": switch (name) {
      case "fetch": return s0(args, roles);
      default: return false;
    }
    case "Issue_Tracker": switch (name) {
      default: return s1(args, roles, 0, name);
    }
    case "fs": switch (name) {
      case "read_file": return s2(args, roles);
      case "read_files": return s2(args, roles);
      case "write_file": return s2(args, roles);
      default: return false;
    }
    case "notes": switch (name) {
      default: return s3(args, roles, 0, name);
    }
    default: return false;
  }
}
function tool(server, name) {
  switch (server) {
    case "web": switch (name) {
      case "fetch": return d[0];
      default: return undefined;
    }
    case "Issue_Tracker": switch (name) {
      default: return d[1];
    }
    case "fs": switch (name) {
      case "read_file": return d[2];
      case "read_files": return d[3];
      case "write_file": return d[4];
      default: return undefined;
    }
    case "notes": switch (name) {
      default: return d[5];
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
