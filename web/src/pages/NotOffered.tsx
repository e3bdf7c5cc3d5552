import { Empty } from '../components/states';

export default function NotOffered() {
  return <Empty icon="info" title="Not here yet" />;
}
