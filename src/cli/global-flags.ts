/** Flags that every command takes: which server, who asks, how the answer looks. A command's own flag of the same name wins. */

export interface GlobalFlag {
  readonly name: string;
  /** What stands for the value; empty for a switch. */
  readonly placeholder: string;
  readonly summary: string;
  readonly options?: readonly string[];
}

export const globalFlags = [
  {
    name: "--server",
    placeholder: "URL",
    summary: "The server (CERTCTL_SERVER_URL; default https://localhost:8443)",
  },
  {
    name: "--api-key",
    placeholder: "KEY",
    summary: "API key; others see it: prefer CERTCTL_API_KEY",
  },
  { name: "--api-key-file", placeholder: "FILE", summary: "File that holds the API key" },
  {
    name: "--ca-bundle",
    placeholder: "FILE",
    summary: "Trust anchors of the server, PEM (CERTCTL_SERVER_CA_BUNDLE_PATH)",
  },
  {
    name: "--ca-fingerprint",
    placeholder: "SHA256",
    summary:
      "Instead: the CA's fingerprint, as the server prints it (CERTCTL_SERVER_CA_FINGERPRINT)",
  },
  {
    name: "--insecure",
    placeholder: "",
    summary: "Do not check the server's certificate; loopback only",
  },
  {
    name: "--format",
    placeholder: "FORMAT",
    summary: "How the answer is printed",
    options: ["table", "json"],
  },
  {
    name: "--only",
    placeholder: "KEY",
    summary: "Print this member of the answer and nothing else",
  },
  {
    name: "--if-match",
    placeholder: "REVISION",
    summary: "Change only what still has this revision",
  },
  {
    name: "--idempotency-key",
    placeholder: "KEY",
    summary: "The same key with the same input is done once in 24 hours",
  },
  { name: "--help", placeholder: "", summary: "Explain the command" },
] as const satisfies readonly GlobalFlag[];

export type GlobalName = (typeof globalFlags)[number]["name"];
export type Globals = ReadonlyMap<GlobalName, string>;

export function globalFlag(name: string): (GlobalFlag & { readonly name: GlobalName }) | undefined {
  return globalFlags.find((it) => it.name === name);
}
