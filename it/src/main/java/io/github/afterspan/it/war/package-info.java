// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * The web application that {@link io.github.afterspan.it.War} packs. Its servlet is loaded by the
 * container's class loader for the application; {@link io.github.afterspan.it.war.Switchboard} is
 * not packed, and so shared with the test.
 */
@NullMarked
package io.github.afterspan.it.war;

import org.jspecify.annotations.NullMarked;
