/** Files that are embedded: as text (`with { type: "text" }`), or as a path to read (`with { type: "file" }`). */
declare module "*.css" {
  const text: string;
  // biome-ignore lint/style/noDefaultExport: an import with a type attribute has its value as the default
  export default text;
}
// biome-ignore lint/correctness/noUnresolvedImports: a pattern, not a file
declare module "*.min.js" {
  const text: string;
  // biome-ignore lint/style/noDefaultExport: an import with a type attribute has its value as the default
  export default text;
}
// biome-ignore lint/correctness/noUnresolvedImports: a pattern, not a file
declare module "*/client.js" {
  const text: string;
  // biome-ignore lint/style/noDefaultExport: an import with a type attribute has its value as the default
  export default text;
}
// biome-ignore lint/correctness/noUnresolvedImports: a pattern, not a file
declare module "*/more.js" {
  const text: string;
  // biome-ignore lint/style/noDefaultExport: an import with a type attribute has its value as the default
  export default text;
}
declare module "*.svg" {
  const text: string;
  // biome-ignore lint/style/noDefaultExport: an import with a type attribute has its value as the default
  export default text;
}
declare module "*.woff2" {
  const path: string;
  // biome-ignore lint/style/noDefaultExport: an import with a type attribute has its value as the default
  export default path;
}
