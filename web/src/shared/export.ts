import { textOfRefusal } from './refusal-text.ts';

/** How an export went: under which name it was saved, or why not, in words for the person. */
export type ExportOutcome = { readonly fileName: string } | { readonly fault: string };

/** The address of an export under a filter as the list's query takes it: several values with commas between. */
export function exportAddress(
  list: string,
  filter: Readonly<Record<string, string | readonly string[]>>,
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filter)) query.set(name, [value].flat().join(','));
  const text = query.toString();
  return `/exports/${list}.xlsx${text ? `?${text}` : ''}`;
}

/** Fetches an export and hands it to the browser to save. Never throws. */
export async function saveExport(
  list: string,
  filter: Readonly<Record<string, string | readonly string[]>>,
  signal?: AbortSignal,
): Promise<ExportOutcome> {
  try {
    const response = await fetch(exportAddress(list, filter), { credentials: 'same-origin', signal });
    if (!response.ok) return { fault: await refusalOf(response) };
    const named = /filename\*=UTF-8''([^;]+)/.exec(response.headers.get('content-disposition') ?? '')?.[1];
    const fileName = decodeURIComponent(named ?? `${list}.xlsx`);
    save(await response.blob(), fileName);
    return { fileName };
  } catch {
    return { fault: '网络异常，未能导出，请检查网络后重试。' };
  }
}

async function refusalOf(response: Response): Promise<string> {
  const body: { errors?: { message: string; extensions?: { code?: string } }[] } = await response
    .json()
    .catch(() => ({}));
  const [error] = body.errors ?? [];
  const code = error?.extensions?.code ?? '';
  // Those say how many rows match, or which filter is wrong; so does no text of ours.
  if (error && (code === 'EXPORT_TOO_LARGE' || code === 'INVALID_INPUT' || response.status >= 500))
    return error.message;
  if (error) return textOfRefusal({ code, message: error.message });
  return '未能导出，请稍后重试。';
}

function save(file: Blob, fileName: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  // The browser reads the address after this turn.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
