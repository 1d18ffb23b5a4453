// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

/** What workers work out once for each task name and each set of options. */
final class TaskProfiles {
  static final int MAX_NAMES = 1000;
  static final int MAX_PROFILES = 1000;
}
