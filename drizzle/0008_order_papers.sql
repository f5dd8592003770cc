CREATE TABLE `order_papers` (
	`order_id` text NOT NULL,
	`product_id` text NOT NULL,
	`kind` text NOT NULL,
	`content_sha256` text NOT NULL,
	`content` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`order_id`, `product_id`, `kind`),
	FOREIGN KEY (`order_id`) REFERENCES `orders`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`product_id`) REFERENCES `products`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "order_papers_kind_known" CHECK("order_papers"."kind" in ('APPLICATION_FORM', 'COUNTER_GUARANTEE'))
) STRICT;
