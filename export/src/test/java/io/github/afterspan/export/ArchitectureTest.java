// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.export;

import static com.tngtech.archunit.core.domain.JavaModifier.PUBLIC;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is public, and what an extension of the agent may not know. */
@Timeout(60)
class ArchitectureTest {

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_JARS)
          .importPackages("io.github.afterspan.export");

  @Test
  void onlyTheProcessorAndItsInstallationArePublic() {
    List<String> visible =
        CLASSES.stream()
            .filter(type -> type.getModifiers().contains(PUBLIC))
            .map(JavaClass::getName)
            .toList();
    assertThat(visible)
        .containsExactlyInAnyOrder(
            BackgroundSpanProcessor.class.getName(),
            BackgroundSpanAutoConfiguration.class.getName());
  }

  /** Under the agent the application's copy of the engine is in another class loader. */
  @Test
  void knowsNothingOfTheEngine() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.github.afterspan", "io.github.afterspan.servlet..")
        .check(CLASSES);
  }

  /** What is internal to the SDK may be gone with its next version, and the SDK with it. */
  @Test
  void knowsNothingInternalOfTheSdk() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.opentelemetry..internal..")
        .check(CLASSES);
  }

  @Test
  void namesSayWhatAClassDoes() {
    noClasses()
        .should()
        .haveNameMatching(".*(Utils?|Helpers?|Managers?|Impl|Common)(?![a-z]).*")
        .because("such a name tells that nobody decided what the class is for")
        .check(CLASSES);
  }
}
