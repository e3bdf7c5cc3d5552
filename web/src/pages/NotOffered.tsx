// Addresses that the client can print and that have nothing to show here: sweeps and reports.
import { Link, useParams } from '@tanstack/react-router';

import { Empty } from '../components/states';

export default function NotOffered() {
  const params: { entity?: string; project?: string; sweep?: string } = useParams({ strict: false });
  const { entity = '', project = '' } = params;
  return (
    <Empty icon="info" title={params.sweep ? 'Sweeps have no page' : 'Reports are not offered'}>
      <p>
        {params.sweep
          ? 'The sweep works; its runs are among those of the project.'
          : 'This server keeps runs, artifacts and registries.'}
      </p>
      <Link to="/$entity/$project" params={{ entity, project }}>
        Runs of {project}
      </Link>
    </Empty>
  );
}
