/** Addresses that only this machine can reach. */
import { isIPv4 } from "node:net";

/** 127.0.0.0/8, ::1 (with or without brackets) and localhost; other names are not looked up. */
export function isLoopback(host: string): boolean {
  if (isIPv4(host)) return host.startsWith("127.");
  return ["::1", "[::1]", "localhost"].includes(host.toLowerCase());
}
