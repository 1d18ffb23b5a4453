// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * For Tomcat only: {@link io.github.afterspan.tomcat.LastByteValve} tells the filter when the last
 * byte of a response has gone.
 */
@NullMarked
package io.github.afterspan.tomcat;

import org.jspecify.annotations.NullMarked;
