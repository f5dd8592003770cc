import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { chainOf, packageFaults } from './evidence/package.ts';

/**
 * Verifies a package of evidence on any machine: it needs this folder's `evidence`, one zip library and no database.
 * Ends with 0 where everything is as it was made, else with 1 and a line for each fault.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { root: { type: 'string' }, head: { type: 'string' } },
});
const [name] = positionals;
const say = (line: string) => void process.stdout.write(`${line}\n`);

if (!name) {
  say('Usage: npm run verify-evidence -- FILE [--root HASH] [--head HASH]   (as verify-events printed them)');
  process.exitCode = 2;
} else {
  const file = await readFile(name);
  const faults = packageFaults(file);
  if (faults.length === 0) {
    const { size, head, root } = chainOf(file);
    say(`Chain of ${size} events, head ${head}, root ${root}`);
    if (values.root && values.root !== root)
      faults.push({ member: 'proof.json', reason: 'has another root' });
    if (values.head && values.head !== head)
      faults.push({ member: 'proof.json', reason: 'has another head' });
  }
  for (const { member, reason } of faults) say(`${member}: ${reason}`);
  say(faults.length === 0 ? 'Everything is as it was made.' : `${faults.length} faults.`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
