import { Empty } from '../components/states';

export default function Settings() {
  return <Empty icon="info" title="Not here yet" />;
}
