/** Key rotation: every stored secret is opened with the key it was sealed with and sealed with the current one. */
import type { SecretBox, SecretPlace } from "@rhesis/auth/sealed-secret";
import type { Database } from "@rhesis/db/database";
import {
  listSealedSecrets,
  organizationIds,
  replaceSealedSecret,
  type SealedSecret,
} from "@rhesis/db/queries/sealed-secret";

export type Rotation = { organizations: number; rotated: number; unreadable: string[] };

/** Safe to repeat and to interrupt: each organization is a transaction of its own. */
export async function rotateSecrets(database: Database, secrets: SecretBox): Promise<Rotation> {
  const rotation: Rotation = { organizations: 0, rotated: 0, unreadable: [] };
  for (const organization_id of await organizationIds(database)) {
    rotation.organizations += 1;
    await database.write({ organization_id, user_id: null }, async (tx) => {
      for (const secret of await listSealedSecrets(tx)) {
        if (!secrets.needsRotation(secret.sealed)) continue;
        const sealed = sealAgain(secrets, organization_id, secret);
        if (sealed === null)
          rotation.unreadable.push(`${secret.table} ${secret.row_id} of organization ${organization_id}`);
        else rotation.rotated += await replaceSealedSecret(tx, secret, sealed);
      }
    });
  }
  return rotation;
}

function sealAgain(secrets: SecretBox, organization_id: string, secret: SealedSecret): string | null {
  const place: SecretPlace = { organization_id, table: secret.table, column: secret.column, row_id: secret.row_id };
  try {
    return secrets.seal(secrets.open(secret.sealed, place), place);
  } catch {
    return null;
  }
}
