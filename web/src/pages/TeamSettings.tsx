import { Empty } from '../components/states';

export default function TeamSettings() {
  return <Empty icon="info" title="Not here yet" />;
}
