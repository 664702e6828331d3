import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { StationError } from '@sluis/base';
import { openPolicy, Policy } from './policy.ts';
import { POLICY_ACTIONS, POLICY_ROLES, type PolicyAction, type PolicyRequest, type PolicyRole } from './requests.ts';

const request = (
  action: PolicyAction,
  roles: readonly PolicyRole[],
  resource: PolicyRequest['resource'] = { id: 'r', askedBy: 'south/bob' },
): PolicyRequest => ({
  principal: { organisation: 'north', name: 'ann', roles },
  action,
  resource,
  context: {},
});
const allowed = async (policy: Policy, ...args: Parameters<typeof request>) => (await policy.decide(request(...args))).allowed;

test('each role may do exactly its work', async () => {
  const policy = await openPolicy();
  const expected: Readonly<Record<PolicyRole, readonly PolicyAction[]>> = {
    administrator: ['agreement.propose', 'agreement.sign', 'run.cancel', 'run.view', 'station.status'],
    'data-provider': ['dataset.connect', 'dataset.remove', 'run.view', 'station.status'],
    analyst: ['question.ask', 'question.explain', 'result.view', 'run.view', 'station.status'],
    approver: ['question.explain', 'run.approve', 'run.cancel', 'run.view', 'station.status'],
    'output-checker': ['release.check', 'run.view', 'station.status'],
    auditor: ['run.view', 'station.status'],
    owner: [...POLICY_ACTIONS].sort(),
  };
  for (const role of POLICY_ROLES) {
    const may: PolicyAction[] = [];
    for (const action of POLICY_ACTIONS) if (await allowed(policy, action, [role])) may.push(action);
    assert.deepEqual(may.sort(), expected[role], role);
  }
  for (const action of POLICY_ACTIONS) assert.equal(await allowed(policy, action, []), false);
});

test('nobody approves the own question, except the one person of the single-user mode', async () => {
  const policy = await openPolicy();
  const own = { id: 'r', askedBy: 'north/ann' };
  assert.equal(await allowed(policy, 'run.approve', ['approver', 'analyst'], own), false);
  assert.equal(await allowed(policy, 'run.approve', ['approver'], { id: 'r', askedBy: 'south/ann' }), true);
  assert.equal(await allowed(policy, 'run.approve', ['owner'], own), true);
  assert.equal(await allowed(policy, 'run.approve', ['approver'], { id: 'r' }), false);
  assert.equal(await allowed(policy, 'release.check', ['output-checker', 'analyst'], own), false);
  assert.equal(await allowed(policy, 'run.cancel', ['analyst'], own), true);
});

test('a policy that fails while it is evaluated denies, even where another permits', async () => {
  const permit = 'permit (principal, action, resource);';
  assert.equal(await allowed(new Policy(permit), 'run.view', []), true);
  // Control above: without the failing forbid, Cedar allows; with it, Cedar would skip it and still allow.
  assert.equal(
    await allowed(new Policy(`${permit} forbid (principal, action, resource) when { principal.missing == 1 };`), 'run.view', []),
    false,
  );
  assert.equal(await allowed(new Policy('permit (principal, action, resource) when {'), 'run.view', []), false);
});

test('unknown actions and roles are denied', async () => {
  const policy = new Policy('permit (principal, action, resource);');
  assert.equal(await allowed(policy, 'database.drop' as PolicyAction, ['owner']), false);
  assert.equal(await allowed(policy, 'run.view', ['root' as PolicyRole]), false);
});

async function folderWith(t: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluis-policy-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

test("a station's own files can forbid, and nothing else", async (t) => {
  const forbid = 'forbid (principal, action == Action::"question.ask", resource);';
  const policy = await openPolicy({ folder: await folderWith(t, { 'quiet.cedar': forbid, 'note.txt': 'no policy' }) });
  assert.equal(await allowed(policy, 'question.ask', ['owner']), false);
  assert.equal(await allowed(policy, 'question.explain', ['owner']), true);
  for (const text of [
    'permit (principal, action, resource);',
    `${forbid} permit (principal, action, resource);`,
    'forbid (principal',
    'forbid (principal == ?principal, action, resource);',
  ]) {
    await assert.rejects(
      openPolicy({ folder: await folderWith(t, { 'a.cedar': text }) }),
      (e) => e instanceof StationError && e.code === 'access/policy-invalid',
      text,
    );
  }
  assert.ok(await openPolicy({ folder: '/nonexistent/policies' }));
});
