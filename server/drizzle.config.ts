import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'sqlite',
  schema: './server/src/db/tables/*.ts',
  out: './drizzle',
  casing: 'snake_case',
});
