/** Texts that are embedded as files (`with { type: "file" }`): the value is where the file is found. */
declare module "*.md" {
  const path: string;
  // biome-ignore lint/style/noDefaultExport: an import with a type attribute has its value as the default
  export default path;
}
declare module "*.ndjson" {
  const path: string;
  // biome-ignore lint/style/noDefaultExport: an import with a type attribute has its value as the default
  export default path;
}
