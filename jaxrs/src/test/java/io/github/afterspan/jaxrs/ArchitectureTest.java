// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.jaxrs;

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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is public, and who may know a vendor. The engine's test of this name says more. */
@Timeout(60)
class ArchitectureTest {

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_JARS)
          .importPackages("io.github.afterspan.jaxrs");

  @Test
  void onlyTheFeatureIsPublic() {
    List<String> visible =
        CLASSES.stream()
            .filter(type -> type.getModifiers().contains(PUBLIC))
            .map(JavaClass::getName)
            .toList();
    assertThat(visible).containsExactly(BackgroundDispatchFeature.class.getName());
  }

  /** A class that names the types of a library can be linked only where that library is. */
  @ParameterizedTest
  @CsvSource({
    "Jersey.*, org.glassfish..",
    "Resteasy.*, org.jboss..",
    "Cxf.*, org.apache..",
    "(Resteasy|Cxf|FilterRegistration).*, jakarta.servlet.."
  })
  void onlyClassesOfThatNameKnowAnOptionalLibrary(String name, String library) {
    noClasses()
        .that()
        .haveNameNotMatching(".*\\." + name)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library)
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
