import { Empty } from '../components/states';

export default function ProjectCollection() {
  return <Empty icon="info" title="Not here yet" />;
}
