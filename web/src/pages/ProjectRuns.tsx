import { Empty } from '../components/states';

export default function ProjectRuns() {
  return <Empty icon="info" title="Not here yet" />;
}
