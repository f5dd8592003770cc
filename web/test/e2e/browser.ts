import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import type { Account } from './server.ts';

const cache = fileURLToPath(new URL('../../../.cache/browser', import.meta.url));

/** A Chromium that comes whole inside an npm package, with a Chinese font beside it: nothing has to be installed on the machine. */
export async function openBrowser(): Promise<Browser> {
  return launch().catch(async () => {
    // An unpacking that was cut off leaves half a browser behind, and nobody notices before it runs.
    await rm(cache, { recursive: true, force: true });
    return launch();
  });
}

async function launch(): Promise<Browser> {
  const fonts = dirname(
    createRequire(import.meta.url).resolve(
      '@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf',
    ),
  );
  await mkdir(cache, { recursive: true, mode: 0o700 });
  const fontconfig = join(cache, 'fonts.conf');
  await writeFile(
    fontconfig,
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>${dirname(fonts)}</dir><cachedir>${cache}/fonts</cachedir></fontconfig>`,
  );
  // The package decides by this which system libraries to bring, and unpacks where TMPDIR points.
  process.env.AWS_LAMBDA_JS_RUNTIME = 'nodejs24.x';
  process.env.TMPDIR = cache;
  const { default: packaged } = await import('@sparticuz/chromium');
  return chromium.launch({
    executablePath: await packaged.executablePath(),
    env: { ...(process.env as Record<string, string>), FONTCONFIG_FILE: fontconfig },
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

export interface Watched {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Console errors, page errors, policy violations and requests to other hosts so far. */
  readonly faults: string[];
}

export const desktop = { width: 1440, height: 900 };
export const phone = { width: 390, height: 844 };

/** A page whose every complaint is kept. */
export async function openPage(browser: Browser, origin: string, viewport = desktop): Promise<Watched> {
  const context = await browser.newContext({
    viewport,
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    acceptDownloads: true,
  });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      faults.push(`console ${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`page: ${error.message}`));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !/^(blob|data):/.test(url)) faults.push(`request to another host: ${url}`);
  });
  return { context, page, faults };
}

/** Opens the first page as somebody who is signed in, without the form of the page. */
export async function enter(page: Page, origin: string, account: Account): Promise<void> {
  await page.goto(origin);
  await page.evaluate(async (input) => {
    const query = 'mutation($input: SignInInput!) { signIn(input: $input) { __typename } }';
    await fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables: { input } }),
    });
  }, account);
}
