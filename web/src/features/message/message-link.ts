/** Where a message leads: to what it is about. */
export interface MessageSubject {
  noun: string;
  objectId: string;
  orderId: string | null;
}

/** Address and name of the page a message is about, or null where there is none to show. */
export function messageLink({
  noun,
  objectId,
  orderId,
}: MessageSubject): { to: string; label: string } | null {
  if (noun === 'certification') return { to: '/certification', label: '查看认证' };
  if (noun === 'invoice') return { to: `/invoices/${objectId}`, label: '查看发票' };
  if (noun === 'surrender') return { to: `/surrenders/${objectId}`, label: '查看退保' };
  if (noun === 'ticket') return { to: `/tickets/${objectId}`, label: '查看工单' };
  if (orderId && (noun === 'payment' || noun === 'refund'))
    return { to: `/orders/${orderId}/pay`, label: '查看支付信息' };
  return orderId ? { to: `/orders/${orderId}`, label: '查看订单' } : null;
}
