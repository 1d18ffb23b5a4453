// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * The CDI side: with this jar in an application that has CDI and the {@link
 * io.github.afterspan.servlet.BackgroundDispatchFilter}, beans can say {@code @Inject
 * BackgroundDispatcher}.
 *
 * <pre>{@code
 * @ApplicationScoped
 * public class Orders {
 *   @Inject BackgroundDispatcher background;
 *
 *   public void place(Order order) {
 *     store(order);
 *     background.dispatch("sendConfirmationEmail", () -> mailer.send(order));
 *   }
 * }
 * }</pre>
 *
 * <p>What is injected is CDI's proxy for the dispatcher of the current request: it may be kept by
 * beans of any scope, and works on the threads of requests. Its {@code unwrap()}, called there,
 * gives the dispatcher itself, which works on any thread. Used for a request that the filter did
 * not see, the proxy throws an {@link IllegalStateException} that says how to map the filter.
 *
 * <p>Nothing in here is called by name. Without CDI the jar does nothing.
 */
@NullMarked
package io.github.afterspan.cdi;

import org.jspecify.annotations.NullMarked;
