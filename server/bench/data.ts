import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, createApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { migrateDatabase } from '../src/db/migrate.ts';
import { seedDemonstration } from '../src/demo/seed.ts';

/** A service with the demonstration's data in a folder of its own. */
export async function benchApp(
  dataDir?: string,
  settings: Record<string, string> = {},
): Promise<{ app: App; dataDir: string; end: () => Promise<void> }> {
  const folder = dataDir ?? (await mkdtemp(join(tmpdir(), 'tender-guarantee-bench-')));
  const config = readConfig({ DATA_DIR: folder, LOG_LEVEL: 'silent', ...settings });
  migrateDatabase(config.databaseFile);
  const app = await createApp(config);
  if (!dataDir) await seedDemonstration(app.core, () => {});
  return {
    app,
    dataDir: folder,
    async end() {
      await app.close();
      if (!dataDir) await rm(folder, { recursive: true, force: true });
    },
  };
}
