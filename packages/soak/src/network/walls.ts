import type { Attempt } from "./attempt.ts";
import type { Outside } from "./namespaces.ts";

/** A policy with an endpoint of each kind, and two hosts that may lead to private addresses. */
export const wallPolicy = `mcpolicy 1
server web untyped
network web {
  connect "docs.example.org:443", "docs.example.org:80", "*.wild.example:443", "93.184.215.30:9000", "[2606:2800::30]:9000",
    "db.internal:5432", "ldap.corp.example:636", "away.example:443"
}
`;

export const privateHosts: readonly string[] = ["ldap.corp.example"];

const [world, worldV6] = ["93.184.215.14", "2606:2800::14"];

/** What is outside: everything answers on every port, so that whoever fails was stopped. */
export const outside: Outside = {
  hosts: {
    "docs.example.org": [world, worldV6],
    "six.wild.example": worldV6,
    "a.wild.example": world,
    "a.b.wild.example": world,
    "wild.example": world,
    "notwild.example": world,
    "a.wild.example.evil.example": world,
    "unlisted.example": world,
    "inside.wild.example": "10.1.2.3",
    "shared.wild.example": "100.64.1.1",
    "meta.wild.example": "169.254.169.254",
    "self.wild.example": "127.0.0.1",
    "none.wild.example": "0.0.0.0",
    "ula.wild.example": "fd00::3",
    "link.wild.example": "fe80::3",
    "mapped.wild.example": "::ffff:10.1.2.3",
    "wrapped.wild.example": "64:ff9b::a01:203",
    "both.wild.example": [world, "10.1.2.3"],
    "mixed.wild.example": [world, "fd00::3"],
    "db.internal": "10.1.2.3",
    "ldap.corp.example": "10.1.2.3",
    "other.corp.example": "10.1.2.3",
    "proxy.wild.example": "10.77.0.1",
  },
  addresses: [world, worldV6, "93.184.215.30", "2606:2800::30", "10.1.2.3", "100.64.1.1", "169.254.169.254", "fd00::3"],
  ports: [80, 443, 636, 5432, 8443, 9000, 21, 3128],
};

/** Through to the other side, refused by the proxy, or nowhere, since there is no way. */
export type Expected = "through" | "refused" | "nowhere";

/** What is tried from where the server runs, and what is to become of it. */
// biome-ignore format: a table
export const walls: readonly (readonly [why: string, way: Attempt["way"], to: string, expected: Expected])[] = [
  ["a listed host",                             "tunnel", "docs.example.org:443",            "through"],
  ["in capitals",                               "tunnel", "DOCS.Example.ORG:443",            "through"],
  ["with a dot at its end",                     "tunnel", "docs.example.org.:443",           "through"],
  ["over plain HTTP",                           "plain",  "http://docs.example.org/",        "through"],
  ["on another port",                           "tunnel", "docs.example.org:8443",           "refused"],
  ["plain, on another port",                    "plain",  "http://docs.example.org:8443/",   "refused"],
  ["below a listed domain",                     "tunnel", "a.wild.example:443",              "through"],
  ["two steps below",                           "tunnel", "a.b.wild.example:443",            "through"],
  ["below, over v6",                            "tunnel", "six.wild.example:443",            "through"],
  ["below, on another port",                    "tunnel", "a.wild.example:80",               "refused"],
  ["the domain itself",                         "tunnel", "wild.example:443",                "refused"],
  ["a domain that ends alike",                  "tunnel", "notwild.example:443",             "refused"],
  ["a domain that begins alike",                "tunnel", "a.wild.example.evil.example:443", "refused"],
  ["an unlisted host",                          "tunnel", "unlisted.example:443",            "refused"],
  ["an unlisted host, plain",                   "plain",  "http://unlisted.example/",        "refused"],
  ["a listed host's address",                   "tunnel", `${world}:443`,                    "refused"],
  ["a listed host's address, v6",               "tunnel", `[${worldV6}]:443`,                "refused"],
  ["a listed address",                          "tunnel", "93.184.215.30:9000",              "through"],
  ["a listed address, v6",                      "tunnel", "[2606:2800::30]:9000",            "through"],
  ["a listed address, other port",              "tunnel", "93.184.215.30:443",               "refused"],
  ["an address with a port behind credentials", "plain",  "http://docs.example.org:80@93.184.215.14/", "refused"],
  ["a name that leads inside",                  "tunnel", "inside.wild.example:443",         "refused"],
  ["a name that leads to a provider's network", "tunnel", "shared.wild.example:443",         "refused"],
  ["a name that leads to the metadata service", "tunnel", "meta.wild.example:443",           "refused"],
  ["a name that leads to the proxy itself",     "tunnel", "self.wild.example:443",           "refused"],
  ["a name that leads to no address",           "tunnel", "none.wild.example:443",           "refused"],
  ["a name that leads inside, v6",              "tunnel", "ula.wild.example:443",            "refused"],
  ["a name that leads to the link, v6",         "tunnel", "link.wild.example:443",           "refused"],
  ["a name that leads inside, mapped",          "tunnel", "mapped.wild.example:443",         "refused"],
  ["a name that leads inside, wrapped",         "tunnel", "wrapped.wild.example:443",        "refused"],
  ["a name with one address inside",            "tunnel", "both.wild.example:443",           "refused"],
  ["a name with one address inside, v6",        "tunnel", "mixed.wild.example:443",          "refused"],
  ["a name that leads to the proxy's network",  "tunnel", "proxy.wild.example:443",          "refused"],
  ["a name that nobody knows",                  "tunnel", "unknown.wild.example:443",        "nowhere"],
  ["a database of one's own network",           "tunnel", "db.internal:5432",                "through"],
  ["it, on another port",                       "tunnel", "db.internal:443",                 "refused"],
  ["a host that may lead inside",               "tunnel", "ldap.corp.example:636",           "through"],
  ["one beside it",                             "tunnel", "other.corp.example:636",          "refused"],
  ["the address behind it",                     "tunnel", "10.1.2.3:636",                    "refused"],
  ["the metadata service",                      "tunnel", "169.254.169.254:80",              "refused"],
  ["the metadata service, plain",               "plain",  "http://169.254.169.254/latest/",  "refused"],
  ["the proxy's own pages",                     "plain",  "http://egress:3128/squid-internal-mgr/menu", "refused"],
  ["files, by FTP",                             "plain",  "ftp://docs.example.org:443/",     "refused"],
  ["directly, a listed host",                   "direct", `${world}:443`,                    "nowhere"],
  ["directly, v6",                              "direct", `[${worldV6}]:443`,                "nowhere"],
  ["directly, an unlisted one",                 "direct", "93.184.215.30:443",               "nowhere"],
  ["directly, the metadata service",            "direct", "169.254.169.254:80",              "nowhere"],
  ["directly, the proxy's other leg",           "direct", "10.78.0.2:3128",                  "nowhere"],
  ["directly, what lies behind the proxy",      "direct", "10.78.0.1:443",                   "nowhere"],
  ["a question about names",                    "names",  "10.78.0.1",                       "nowhere"],
  ["a question about names, to the proxy",      "names",  "10.77.0.1",                       "nowhere"],
];
