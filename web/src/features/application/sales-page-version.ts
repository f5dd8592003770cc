/** The version of the pages that this tab runs: the build wrote it into them. Empty where nothing was built. */
export function salesPageVersion(): string {
  return document.querySelector<HTMLMetaElement>('meta[name=sales-pages]')?.content ?? '';
}
