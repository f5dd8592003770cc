/** Text that came from outside, for a page. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** A page that needs no client: the sandbox's tools. */
export function plainPage(title: string, body: string): string {
  return `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>
:root { color: #1b2733; background: #f2f5f9; font: 14px/1.6 "PingFang SC", "Microsoft YaHei", "Noto Sans SC", system-ui, sans-serif; }
body { margin: 0; }
header { background: #0a3b72; color: #fff; padding: 14px 24px; }
header h1 { font-size: 18px; margin: 0; }
header p { margin: 2px 0 0; opacity: .85; }
main { max-width: 760px; margin: 24px auto; padding: 0 16px; }
article { background: #fff; border: 1px solid #d9e1ea; border-radius: 3px; padding: 14px 18px; margin-bottom: 12px; }
article header { background: none; color: #5a6b7d; padding: 0; display: flex; justify-content: space-between; gap: 12px; font-variant-numeric: tabular-nums; }
article p { margin: 6px 0 0; }
strong { font-size: 20px; letter-spacing: .12em; color: #0f5aa8; font-variant-numeric: tabular-nums; user-select: all; }
.empty { text-align: center; color: #5a6b7d; padding: 40px 0; }
</style>
</head>
<body>
<header><h1>${escapeHtml(title)}</h1></header>
<main>${body}</main>
</body>
</html>`;
}
