/** What the main thread and the scanner's Worker say to each other; everything survives a structured clone. */

export type ScannerRequest =
  | { readonly kind: "open"; readonly id: number; readonly path: string }
  | {
      readonly kind: "query";
      readonly id: number;
      readonly sql: string;
      readonly parameters: readonly unknown[];
    }
  /** Copies what it can of the write-ahead log into the file, waiting for nobody. */
  | { readonly kind: "checkpoint"; readonly id: number }
  | { readonly kind: "close"; readonly id: number };

export type ScannerAnswer =
  | { readonly id: number; readonly rows: readonly unknown[] }
  | { readonly id: number; readonly failure: { readonly message: string; readonly code: string } };
