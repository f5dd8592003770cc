import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freePort, productionFolder, runCommand, startServer } from '../support/process.ts';

const mobile = '13700000001';

test('a platform without data gets its first operator from whoever runs the machine, and only its first', async () => {
  const folder = await productionFolder();
  expect(await runCommand(folder, 'first-operator')).toMatchObject({ exitCode: 2 });
  expect(await runCommand(folder, 'first-operator', '1370000000', '王运营')).toMatchObject({ exitCode: 1 });
  // A root of trust that cannot be read is named before anything is done.
  const root = join(folder, 'root.pem');
  await writeFile(root, 'no certificate');
  const stopped = await runCommand(folder, 'first-operator', mobile, '王运营');
  expect(stopped.exitCode).toBe(1);
  await rm(root);
  const made = await runCommand(folder, 'first-operator', mobile, '王运营');
  expect(made).toMatchObject({ exitCode: 0 });
  const password = /王运营 signs in with 13700000001 and this password, shown once: (\S+)/.exec(
    made.said,
  )?.[1];

  const database = join(folder, 'platform.sqlite');
  const before = await readFile(database);
  const second = await runCommand(folder, 'first-operator', '13700000002', '李运营');
  expect(second).toMatchObject({ exitCode: 1, said: expect.stringContaining('already') });
  expect((await readFile(database)).equals(before)).toBe(true);

  const port = await freePort();
  await startServer(folder, port);
  const query = `mutation($input: SignInInput!) {
    signIn(input: $input) { ... on Session { viewer { readiness secondFactor user { role name } } } ... on Error { code } }
  }`;
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: `http://localhost:${port}` },
    body: JSON.stringify({ query, variables: { input: { mobile, password } } }),
  });
  expect(await response.json()).toMatchObject({
    data: { signIn: { viewer: { user: { role: 'OPERATOR', name: '王运营' } } } },
  });
});
