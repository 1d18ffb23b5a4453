// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs.annotated;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;

/**
 * Found by the container through its annotation, and its resources, too. Not in the jar of the
 * other applications, where it would always be found.
 */
@ApplicationPath("api")
public class AnnotatedApplication extends Application {}
