// What everybody else sees of the pages about the server.
import { PageHead } from '../components/Page';
import { Empty } from '../components/states';

export function AdminsOnly() {
  return (
    <>
      <PageHead title="This server" />
      <Empty icon="lock" title="You may not see this page">
        <p>It is for administrators of the server: ask one of them.</p>
      </Empty>
    </>
  );
}
