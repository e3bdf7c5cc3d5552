import { Empty } from '../components/states';

export default function ProjectVersion() {
  return <Empty icon="info" title="Not here yet" />;
}
