// The settings of a team: its people and service accounts.
import { ActionIcon, Button, Modal, Select, Switch, TextInput, Tooltip } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';

import { Confirm } from '../components/Confirm';
import { Code } from '../components/Copy';
import { Icon } from '../components/Icon';
import { PageHead, Section } from '../components/Page';
import { Rows } from '../components/Rows';
import { LoadingRows, NotFound, Problem } from '../components/states';
import { useGql } from '../graphql/client';
import {
  CreateServiceAccountDocument,
  InviteToTeamDocument,
  RemoveFromTeamDocument,
  SetTeamRoleDocument,
  TeamPeopleDocument,
  type TeamPeopleQuery,
} from '../graphql/generated';
import { useChange } from '../lib/change';
import { roleLabel } from '../lib/roles';
import { useViewer } from '../lib/viewer';
import css from './form.module.css';
import { TeamTtl } from './TeamTtl';

type Member = NonNullable<TeamPeopleQuery['entity']>['members'][number];

function AddPerson({ team, close }: { team: string; close: () => void }) {
  const invite = useChange(InviteToTeamDocument, { quiet: true });
  const [who, setWho] = useState('');
  const [admin, setAdmin] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const name = who.trim();
    const by = name.includes('@') ? { email: name } : { username: name };
    invite.mutate({ input: { entityName: team, admin, ...by } }, { onSuccess: close });
  };
  return (
    <form className={css.form} onSubmit={submit}>
      <TextInput
        label="User name or e-mail address"
        data-autofocus
        value={who}
        error={invite.error?.message}
        errorProps={{ role: 'alert' }}
        onChange={(event) => {
          setWho(event.currentTarget.value);
          invite.reset();
        }}
      />
      <Switch
        label="Admin of the team"
        checked={admin}
        onChange={(event) => setAdmin(event.currentTarget.checked)}
      />
      <div className={css.buttons}>
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button type="submit" disabled={who.trim() === ''} loading={invite.isPending}>
          Add
        </Button>
      </div>
    </form>
  );
}

function AddService({ team, close }: { team: string; close: () => void }) {
  const create = useChange(CreateServiceAccountDocument, { quiet: true });
  const [description, setDescription] = useState('');
  const key = create.data?.createServiceAccount?.user?.apiKeys?.edges[0]?.node?.name;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate({ input: { entityName: team, description: description.trim() } });
  };
  if (key)
    return (
      <div className={css.form}>
        <p className={css.hint}>Its API key. It is shown this once: copy it now.</p>
        <Code text={key} label="Copy API key" />
        <div className={css.buttons}>
          <Button onClick={close}>Done</Button>
        </div>
      </div>
    );
  return (
    <form className={css.form} onSubmit={submit}>
      <TextInput
        label="What is it for?"
        placeholder="nightly training"
        data-autofocus
        value={description}
        error={create.error?.message}
        errorProps={{ role: 'alert' }}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
      <div className={css.buttons}>
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button type="submit" disabled={description.trim() === ''} loading={create.isPending}>
          Create
        </Button>
      </div>
    </form>
  );
}

export default function TeamSettings() {
  const params: { team?: string; entity?: string } = useParams({ strict: false });
  const team = params.team ?? params.entity ?? '';
  const viewer = useViewer();
  const page = useGql(TeamPeopleDocument, { team });
  const remove = useChange(RemoveFromTeamDocument);
  const setRole = useChange(SetTeamRoleDocument);
  const [dialog, setDialog] = useState<'person' | 'service' | null>(null);
  const [leaving, setLeaving] = useState<Member | null>(null);

  if (page.isError) return <Problem error={page.error} retry={() => void page.refetch()} />;
  if (page.isPending) return <LoadingRows />;
  const entity = page.data.entity;
  if (!entity?.isTeam) return <NotFound what={`The team '${team}'`} />;
  const isAdmin =
    viewer.admin === true || entity.members.some((m) => m.username === viewer.username && m.role === 'admin');

  return (
    <>
      <PageHead
        title={`Settings of ${team}`}
        heading="Team Settings"
        crumbs={[{ label: team, link: { to: '/$entity', params: { entity: team } } }]}
        actions={
          isAdmin && (
            <>
              <Button
                variant="default"
                leftSection={<Icon name="key" />}
                onClick={() => setDialog('service')}
              >
                New service account
              </Button>
              <Button leftSection={<Icon name="plus" />} onClick={() => setDialog('person')}>
                Add person
              </Button>
            </>
          )
        }
      />
      <Section title="Members">
        <Rows label="Members" items={entity.members} keyOf={(member) => member.id ?? member.name} height={54}>
          {(member) => (
            <div className={css.cells}>
              <span role="cell" className={css.who}>
                <Icon name={member.accountType === 'SERVICE' ? 'key' : 'user'} />
                <span>
                  {member.username ?? member.name} <span className={css.dim}>{member.email}</span>
                </span>
              </span>
              <span role="cell" className={`${css.dim} ${css.wide}`}>
                {member.accountType === 'SERVICE' ? 'Service account' : 'Person'}
              </span>
              <span role="cell">
                {isAdmin && member.username && member.accountType !== 'SERVICE' ? (
                  <Select
                    size="xs"
                    aria-label={`Role of ${member.username}`}
                    allowDeselect={false}
                    data={['viewer', 'member', 'admin'].map((value) => ({ value, label: roleLabel(value) }))}
                    value={member.role ?? null}
                    onChange={(role) =>
                      role &&
                      role !== member.role &&
                      setRole.mutate({ input: { entityName: team, username: member.username!, role } })
                    }
                  />
                ) : (
                  roleLabel(member.role ?? '')
                )}
              </span>
              <span role="cell">
                {isAdmin && member.username !== viewer.username && (
                  <Tooltip label="Take out of the team">
                    <ActionIcon
                      aria-label={`Take ${member.username ?? member.name} out`}
                      data-row
                      onClick={() => setLeaving(member)}
                    >
                      <Icon name="trash" />
                    </ActionIcon>
                  </Tooltip>
                )}
              </span>
            </div>
          )}
        </Rows>
      </Section>
      <TeamTtl team={team} rule={entity.artifactTtlRule} canEdit={isAdmin} />
      <Modal opened={dialog === 'person'} onClose={() => setDialog(null)} title={`Add to ${team}`}>
        <AddPerson team={team} close={() => setDialog(null)} />
      </Modal>
      <Modal opened={dialog === 'service'} onClose={() => setDialog(null)} title="New service account">
        <AddService team={team} close={() => setDialog(null)} />
      </Modal>
      <Confirm
        opened={leaving !== null}
        close={() => setLeaving(null)}
        title={`Take ${leaving?.username ?? leaving?.name ?? ''} out of ${team}?`}
        action="Take out"
        busy={remove.isPending}
        confirm={() =>
          remove.mutate(
            { input: { id: leaving?.id, entityName: team } },
            { onSettled: () => setLeaving(null) },
          )
        }
      >
        What they logged stays. What they could see through the team ends at once.
      </Confirm>
    </>
  );
}
