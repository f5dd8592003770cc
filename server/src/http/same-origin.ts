/**
 * Whether a request may carry the authority of a cookie: browsers say where a page comes from, and only pages of ours may act.
 * Programs that are no browser send neither header, and no cookie by themselves.
 */
export function isSameOrigin(request: Request, publicOrigin: string): boolean {
  const site = request.headers.get('sec-fetch-site');
  if (site && site !== 'same-origin' && site !== 'none') return false;
  const origin = request.headers.get('origin');
  if (!origin) return true;
  if (origin === publicOrigin) return true;
  const host = request.headers.get('host');
  return URL.canParse(origin) && new URL(origin).host === host && /^https?:$/.test(new URL(origin).protocol);
}
