import { describe, expect, test } from "bun:test";
import { findTarget } from "./index.ts";

function plan(kind: string, config: object): readonly string[] {
  const found = findTarget(kind);
  return found?.plan(found.config.parse(config)) ?? [];
}
const files = { cert_path: "/a.pem", key_path: "/a.key" };

describe("what the agent will do", () => {
  test("names every file and command, and the test comes before the exchange", () => {
    const steps = plan("NGINX", {
      ...files,
      post_deploy_verify: { endpoint: "[::1]:8443" },
      on_unseen: "rollback",
    });
    expect(steps[0]).toContain(
      "the certificate with its chain to /a.pem, the private key to /a.key",
    );
    expect(steps[1]).toEndWith("nginx -t");
    expect(steps[2]).toStartWith("Exchange");
    expect(steps[3]).toEndWith("nginx -s reload");
    expect(steps[4]).toContain("[::1]:8443");
    expect(steps[4]).toContain("for 14 seconds at most. Not seen, it is rolled back.");
  });

  test("a test that is a script runs after the exchange; without an endpoint nobody looks", () => {
    const steps = plan("NGINX", { ...files, validate_command: "/usr/local/bin/check" });
    expect(steps[1]).toStartWith("Exchange");
    expect(steps[2]).toBe("Run /usr/local/bin/check with the new files in place.");
    expect(steps[4]).toContain("installed, not seen");
  });

  test("HAProxy is asked at run time where there is a socket", () => {
    const steps = plan("HAProxy", { pem_path: "/a.pem", runtime_socket: "/run/h.sock" });
    expect(steps[1]).toContain("/etc/haproxy/haproxy.cfg");
    expect(steps[3]).toContain("through /run/h.sock");
    expect(plan("HAProxy", { pem_path: "/a.pem" })[3]).toEndWith("systemctl reload haproxy");
  });
});
