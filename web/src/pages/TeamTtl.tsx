// How long a team's versions live when nobody says otherwise, and who may say otherwise. What a change
// would end is counted and shown before it is made.
import { Button, Modal, NumberInput, Radio, Switch } from '@mantine/core';
import { useState } from 'react';

import { Card, Section } from '../components/Page';
import { toastDone } from '../components/toast';
import { SetTtlRuleDocument } from '../graphql/generated';
import { useChange } from '../lib/change';
import { plural } from '../lib/format';
import css from './form.module.css';

const DAY_S = 86_400;

interface Rule {
  defaultSeconds?: number | null;
  adminsOnly: boolean;
}

interface Props {
  team: string;
  rule: Rule;
  canEdit: boolean;
}

export function TeamTtl({ team, rule, canEdit }: Props) {
  const before = rule.defaultSeconds ?? null;
  const save = useChange(SetTtlRuleDocument);
  const [kind, setKind] = useState(before === null ? 'inherit' : before === 0 ? 'never' : 'days');
  const [days, setDays] = useState<number | string>(before ? Math.round(before / DAY_S) : 90);
  const [adminsOnly, setAdminsOnly] = useState(rule.adminsOnly);
  const [ending, setEnding] = useState<number | null>(null);
  const seconds = kind === 'inherit' ? null : kind === 'never' ? 0 : Number(days) * DAY_S;
  const valid = kind !== 'days' || Number(days) >= 1;
  const changed = seconds !== before || adminsOnly !== rule.adminsOnly;
  const input = { entityName: team, defaultSeconds: seconds, adminsOnly };

  const review = () =>
    save.mutate(
      { input: { ...input, dryRun: true } },
      { onSuccess: (data) => setEnding(data.updateArtifactTtlRule?.expiringNow ?? 0) },
    );
  const confirm = () =>
    save.mutate(
      { input },
      {
        onSuccess: () => {
          setEnding(null);
          toastDone('Saved.');
        },
      },
    );
  const summary =
    kind === 'inherit'
      ? 'Versions live as the organization says.'
      : kind === 'never'
        ? 'Versions never expire.'
        : `Versions expire ${plural(Number(days), 'day')} after they were made.`;

  return (
    <Section title="Artifact TTL">
      <Card>
        <div className={css.form}>
          <Radio.Group label="Time to live (TTL)" value={kind} onChange={setKind}>
            <div className={css.form} style={{ marginTop: 10, gap: 10 }}>
              <Radio value="inherit" label="As the organization says" disabled={!canEdit} />
              <Radio value="never" label="Versions never expire" disabled={!canEdit} />
              <Radio value="days" label="Versions expire after some days" disabled={!canEdit} />
            </div>
          </Radio.Group>
          {kind === 'days' && (
            <NumberInput
              label="Default duration in days"
              min={1}
              max={36_500}
              allowDecimal={false}
              disabled={!canEdit}
              value={days}
              onChange={setDays}
            />
          )}
          <Switch
            label="Only admins may give a version a time to live of its own"
            disabled={!canEdit}
            checked={adminsOnly}
            onChange={(event) => setAdminsOnly(event.currentTarget.checked)}
          />
          {canEdit && (
            <div className={css.buttons}>
              <Button disabled={!changed || !valid} loading={save.isPending} onClick={review}>
                Review and save settings
              </Button>
            </div>
          )}
        </div>
      </Card>
      <Modal opened={ending !== null} onClose={() => setEnding(null)} title="Review">
        <div className={css.form}>
          <p>
            {summary} {adminsOnly ? 'Only admins' : 'Admins and members'} may say otherwise for a version.
          </p>
          <p>
            {ending === 0
              ? 'No version expires at once.'
              : `${plural(ending ?? 0, 'version')} would expire at once. Versions that are linked to a registry stay.`}
          </p>
          <div className={css.buttons}>
            <Button variant="default" onClick={() => setEnding(null)}>
              Cancel
            </Button>
            <Button loading={save.isPending} color={ending ? 'red' : undefined} onClick={confirm}>
              Save settings
            </Button>
          </div>
        </div>
      </Modal>
    </Section>
  );
}
