/** What a TLS client sees: the leaf an endpoint serves under a name. */
import { connect, type PeerCertificate } from "node:tls";

export interface Leaf {
  readonly fingerprint: string;
  readonly authorized: boolean;
  readonly chain: readonly string[];
}

/** One handshake against the given trust anchors; rejects when there is none. */
export function look(port: number, servername: string, ca: string): Promise<Leaf> {
  return new Promise((resolve, reject) => {
    const socket = connect(
      { host: "127.0.0.1", port, servername, ca, rejectUnauthorized: false },
      () => {
        const leaf = socket.getPeerCertificate(true);
        resolve({
          fingerprint: hex(leaf),
          authorized: socket.authorized,
          chain: chainOf(leaf),
        });
        socket.destroy();
      },
    );
    const timer = setTimeout(() => socket.destroy(new Error("no handshake within 5 s")), 5_000);
    socket.once("close", () => clearTimeout(timer));
    socket.once("error", reject);
  });
}

const hex = (it: PeerCertificate): string => it.fingerprint256.replaceAll(":", "").toLowerCase();

function chainOf(leaf: PeerCertificate): readonly string[] {
  const chain: string[] = [];
  let it: (PeerCertificate & { issuerCertificate?: PeerCertificate }) | undefined = leaf;
  while (it?.fingerprint256 !== undefined && !chain.includes(hex(it))) {
    chain.push(hex(it));
    it = it.issuerCertificate;
  }
  return chain;
}
