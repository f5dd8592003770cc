import { eq } from 'drizzle-orm';
import { hashPassword } from '../../access/password.ts';
import type { Core } from '../../command/core.ts';
import { runAsSystem } from '../../command/run.ts';
import { users } from '../../db/tables/account.ts';
import { newId } from '../../kernel/id.ts';
import { normaliseMobile } from '../../kernel/mobile.ts';
import { cleanLine } from '../../kernel/text.ts';
import { limits } from '../../limits.ts';
import { createStaffUser } from './account.service.ts';

/**
 * Adds the person who creates all other staff, where there is none yet: on an empty platform nobody may, so that the first one
 * comes from whoever runs the machine.
 *
 * @returns the password, which is kept nowhere, or in English what stands against it; then nothing was written
 */
export async function createFirstOperator(
  core: Core,
  given: { readonly mobile: string; readonly name: string },
): Promise<{ readonly password: string } | { readonly fault: string }> {
  const mobile = normaliseMobile(given.mobile);
  if (!mobile) return { fault: `${given.mobile} is no mobile number of the mainland.` };
  const name = cleanLine(given.name, limits.nameCharactersMax);
  if (!name) return { fault: 'The operator needs a name.' };
  const password = newId('p').slice(2);
  const passwordHash = await hashPassword(password);
  return runAsSystem(core, async (command) => {
    const [known] = await command.db
      .select({ id: users.id })
      .from(users)
      .where(eq(users.role, 'OPERATOR'))
      .limit(1);
    if (known) return { fault: 'Somebody operates the platform already: operators create their colleagues.' };
    await createStaffUser(command, { mobile, name, passwordHash, role: 'OPERATOR' });
    return { password };
  });
}
