/**
 * What `isPrivateAddress` calls private, as ranges for programs that judge by ranges: proxies, packet filters, clusters. Of v6 only
 * 2000::/3 is public at all (RFC 4291 §2.4), so the ranges stand for what of it is not (IANA special-purpose registries, RFC 6890).
 */
export const privateRanges = {
  // biome-ignore format: a table
  v4: [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16", "172.16.0.0/12",
    "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
  ],
  publicV6: "2000::/3",
  v6: ["2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"],
} as const;

/** Of these the ones that no host's name ever has a reason to lead to: the machine itself, its own link, metadata services, groups. */
export const localRanges = {
  v4: ["0.0.0.0/8", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4"],
  v6: ["::/127", "64:ff9b::/96", "fd00:ec2::254/128", "fe80::/10", "ff00::/8"],
} as const;
